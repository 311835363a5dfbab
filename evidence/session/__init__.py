"""An unlocked vault and its examiner: one short method for each verb of the window and of the command line."""
