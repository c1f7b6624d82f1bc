"""Graph to graph, graph to groups, groups to streams: the passes, plain functions in the order that `pipeline` has them."""
