"""Windows, read through one question to PowerShell: WMI classes, the registry, certificates."""
