"""What people may ask for: offerings with their forms, approvals and tasks, in versions."""
