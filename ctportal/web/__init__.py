"""What all public pages share."""
