"""The offline gazetteer: names, places, areas."""
