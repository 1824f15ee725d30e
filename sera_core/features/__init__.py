"""What classifiers other than a network's own last layer are fed: layers of a network, and texture."""
