"""What happens around the screening: walking a shoot, keeping a run."""
