"""What would suffer, and what is at risk: answers with names, stored sweeps, exports, REST.

`questions` reads what is asked, `answering` computes on the whole graph and hides what is out of
sight, `encoding` writes large answers without a detour over objects. `sweeping` and `jobs` keep
the nightly N-1 sweep that `queries` reads for pages.
"""
