"""What an announcement may say and become. Pure."""
