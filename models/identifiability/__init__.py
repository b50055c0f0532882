"""What tells whether somebody who knows a person would recognise a face."""
