"""What the gallery of maps is drawn from: made-up reports with a made-up line of contact."""
