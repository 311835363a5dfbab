"""The browser that captures web pages: a process of its own, off the record, started for one act.

It holds no key and knows no vault. It is told an address over a pipe and answers with what the site served and what was
rendered; :mod:`evidence.capture.web` is the near end. Only this package uses Qt WebEngine.
"""
