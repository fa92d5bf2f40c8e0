"""What trains: the fused stack of networks, skorch's classifier, the noise of both."""
