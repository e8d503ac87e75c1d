"""The sandbox: an embedded server that answers like ConnectWise Manage and Automate."""
