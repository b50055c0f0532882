"""From findings to what may go out: decisions, redacted copies, clearance and gate."""
