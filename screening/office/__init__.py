"""The office's own folder: keys, the audit log, registers and networks that were added."""
