"""One run on disk: the shoot that is walked, the scan, and what it leaves."""
