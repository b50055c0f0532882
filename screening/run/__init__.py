"""One run on disk: walking the shoot, the scan, and the files that it leaves."""
