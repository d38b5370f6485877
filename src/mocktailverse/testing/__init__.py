"""In-memory implementations of the ports, for tests of code that uses the pipeline.

They keep the promises of the real stores: registers merge, loads have leases, segments are written
once, and the catalogue is replaced conditionally. No test needs AWS, a network or a clock::

    from mocktailverse.pipeline.load import Loader
    from mocktailverse.testing.call_faults import CallFaults
    from mocktailverse.testing.memory_loads import MemoryLoads
    from mocktailverse.testing.memory_stores import MemoryDrinks, MemoryQueue, MemoryRawStore

    faults = CallFaults(by_call={3: ("after", TransientError("timeout"))})
    raw = MemoryRawStore(faults)
    version = raw.add(b'{"drinks": []}')
    loads, drinks, queue = MemoryLoads(faults), MemoryDrinks(faults), MemoryQueue(faults)
    Loader(raw, drinks, loads, queue, faults.clock, 5).handle(LoadRequest(version, 1))

Stores that share one `CallFaults` share its clock, and fail by the number of the call. The Lambda
zip does not hold this package.
"""
