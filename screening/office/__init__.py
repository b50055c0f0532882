"""The office's folder: keys, the audit log, registers and added networks."""
