"""What every feature stands on: settings, database, permissions, jobs and the HTTP edge."""
