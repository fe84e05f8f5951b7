"""The project and who may do what in it: members, roles, columns. Shared by tracker, workspace and delivery."""
