"""The report: an A4 document that a police officer reads first."""
