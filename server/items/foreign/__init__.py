"""Agents of other makers: FusionInventory, GLPI Agent and OCS report here as they always did."""
