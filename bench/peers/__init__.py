"""The peers: each the plainest broadcast to a room's sockets that its documentation suggests."""
