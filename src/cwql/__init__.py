"""Condition queries for ConnectWise Manage and Automate, checked before they are sent."""
