"""Changes: what they would break is known before anybody approves them."""
