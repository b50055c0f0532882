"""Screening over HTTP: what is sent is kept, screened in order, and reported; nothing here is a clearance."""
