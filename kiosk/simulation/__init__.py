"""The simulation: shops of real kiosks and a real head office; time, network, power and people are simulated.

Everything that decides is the code that ships: desk, journal, escrow, uploader, head office. What surrounds
it is made of seeds: the same seed tells the same story, line by line. The judge looks at the physical world
(papers, gifts handed over, what was acknowledged), not only at the books. docs/simulation.md says what is
not modelled.
"""
