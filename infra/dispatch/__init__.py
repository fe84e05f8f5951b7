"""Running commands: loads what they touch, appends what they did, once."""
