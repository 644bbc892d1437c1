"""Problems: what lies behind several incidents, why, and how to live with it meanwhile."""
