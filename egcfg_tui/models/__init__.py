"""The catalogue of models, finding them on disk, pulling them."""
