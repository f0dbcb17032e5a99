"""Groups of numbers that wait for each other in a circle, each after all it waits for."""

from collections.abc import Sequence


def groups(needs: Sequence[Sequence[int]]) -> list[list[int]]:
    """The strongly connected groups of the graph in which each number needs those; what is needed comes first."""
    found: list[list[int]] = []
    entered = [0] * len(needs)
    lowest = [0] * len(needs)
    waiting: list[int] = []
    closed = [False] * len(needs)
    clock = 0
    for root in range(len(needs)):
        if entered[root]:
            continue
        path = [(root, 0)]
        while path:
            node, child = path.pop()
            if child == 0:
                clock += 1
                entered[node] = lowest[node] = clock
                waiting.append(node)
            else:
                lowest[node] = min(lowest[node], lowest[needs[node][child - 1]])
            while child < len(needs[node]) and closed[needs[node][child]]:
                child += 1
            if child < len(needs[node]):
                path.append((node, child + 1))
                other = needs[node][child]
                if entered[other]:
                    lowest[node] = min(lowest[node], entered[other])
                else:
                    path.append((other, 0))
            elif lowest[node] == entered[node]:
                at = waiting.index(node)
                group = waiting[at:]
                del waiting[at:]
                for one in group:
                    closed[one] = True
                found.append(sorted(group))
    return found
