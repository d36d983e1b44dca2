"""What each kind of surface node means: one module per subject, registered in `frame.MEANINGS` by node type."""
