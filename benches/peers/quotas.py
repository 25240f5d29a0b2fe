"""Quotas: the general solvers on one problem directory.

As a command: quotas.py highs|cp-sat|scip PROBLEM.pickle LIMIT THREADS prints one JSON line: seconds to the first allocation and to each
proved gap. Building the model is not in the time. The objective is recomputed from the arcs; the bound is the solver's word.
"""

from __future__ import annotations

import json
import math
import pickle
import sys
import time

import numpy as np

import problems

PEERS = ["highs", "cp-sat", "scip"]
GAPS = (10_000, 1_000, 300, 0)


class Model:
    """max cost x, low <= A x <= high, 0 <= x <= upper, x whole: an arc per variable, then the units missed of priced sides."""

    def __init__(self, problem):
        from scipy import sparse

        arcs, people, homes = len(problem.arc_score), len(problem.households), len(problem.dwellings)
        cost, upper = [problem.arc_score.astype(float)], [np.ones(arcs)]
        row, column, value = [problem.arc_household, people + problem.arc_dwelling], [np.arange(arcs)] * 2, [np.ones(arcs)] * 2
        low, high = [np.full(people + homes, -math.inf)], [np.ones(people), problem.capacity.astype(float)]
        rows, columns = people + homes, arcs
        for (inside, weights), quota in zip(problem.rows, problem.quotas.itertuples()):
            reach = float(np.abs(weights).sum())
            for bound, price, sign in ((quota.min, quota.penalty_below, 1.0), (quota.max, quota.penalty_above, -1.0)):
                if math.isnan(bound):
                    continue
                row.append(np.full(len(inside), rows))
                column.append(inside)
                value.append(weights.astype(float))
                if not math.isnan(price):
                    row.append([rows])
                    column.append([columns])
                    value.append([sign])
                    cost.append([-price])
                    upper.append([reach + abs(bound)])
                    columns += 1
                low.append([bound if sign > 0 else -math.inf])
                high.append([bound if sign < 0 else math.inf])
                rows += 1
        self.arcs, self.people, self.homes = arcs, people, homes
        join = np.concatenate
        self.matrix = sparse.csr_matrix((join(value), (join(row), join(column))), shape=(rows, columns))
        self.cost, self.upper, self.low, self.high = join(cost), join(upper), join(low), join(high)


class Marks:
    """When things were first known."""

    def __init__(self):
        self.start, self.first, self.gaps = time.perf_counter(), None, dict.fromkeys(GAPS)

    def note(self, objective, bound):
        if objective is None or abs(objective) > 1e15:
            return
        seconds = time.perf_counter() - self.start
        self.first = self.first or seconds
        if bound is None or abs(bound) > 1e15:
            return
        for ppm in GAPS:
            # A bound is rounded down: worths are whole.
            if self.gaps[ppm] is None and math.floor(bound + 1e-6) - objective <= ppm * max(1.0, abs(objective)) / 1e6 + 1e-6:
                self.gaps[ppm] = seconds


def highs(model, limit, threads):
    import highspy

    h = highspy.Highs()
    h.silent()
    for option, value in (("time_limit", limit), ("threads", threads), ("mip_rel_gap", 0.0), ("mip_abs_gap", 0.999)):
        h.setOptionValue(option, value)
    lp, matrix = highspy.HighsLp(), model.matrix.tocsc()
    lp.num_row_, lp.num_col_ = matrix.shape
    lp.sense_, lp.col_cost_ = highspy.ObjSense.kMaximize, model.cost
    lp.col_lower_, lp.col_upper_ = np.zeros(matrix.shape[1]), model.upper
    lp.row_lower_, lp.row_upper_ = model.low, model.high
    lp.integrality_ = [highspy.HighsVarType.kInteger] * matrix.shape[1]
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.start_, lp.a_matrix_.index_, lp.a_matrix_.value_ = matrix.indptr, matrix.indices, matrix.data
    h.passModel(lp)
    marks = Marks()

    def told(event):
        marks.note(event.data_out.mip_primal_bound, event.data_out.mip_dual_bound)

    h.cbMipImprovingSolution += told
    h.cbMipInterrupt += told
    h.run()
    seconds, info = time.perf_counter() - marks.start, h.getInfo()
    found = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
    x = np.array(h.getSolution().col_value) if found else None
    return marks, seconds, x, info.mip_dual_bound, str(h.getModelStatus()).split(".")[-1], h.version()


def cp_sat(model, limit, threads):
    import ortools
    from ortools.sat.python import cp_model

    m, matrix = cp_model.CpModel(), model.matrix
    x = [m.new_int_var(0, int(upper), "") for upper in model.upper]
    for row in range(matrix.shape[0]):
        part = slice(matrix.indptr[row], matrix.indptr[row + 1])
        terms, weights = [x[k] for k in matrix.indices[part]], matrix.data[part].astype(np.int64)
        low, high = model.low[row], model.high[row]
        if row < model.people or (row < model.people + model.homes and high == 1):
            m.add_at_most_one(terms)
            continue
        total = cp_model.LinearExpr.weighted_sum(terms, weights)
        if low > -math.inf:
            m.add(total >= int(low))
        if high < math.inf:
            m.add(total <= int(high))
    m.maximize(cp_model.LinearExpr.weighted_sum(x, model.cost.astype(np.int64)))
    solver, marks = cp_model.CpSolver(), Marks()
    solver.parameters.max_time_in_seconds, solver.parameters.num_workers = limit, threads
    known = {"objective": None, "bound": None}

    class Told(cp_model.CpSolverSolutionCallback):
        def on_solution_callback(self):
            known.update(objective=self.objective_value, bound=self.best_objective_bound)
            marks.note(**known)

    def bounded(value):
        known["bound"] = value
        marks.note(**known)

    solver.best_bound_callback = bounded
    status = solver.solve(m, Told())
    seconds = time.perf_counter() - marks.start
    found = status in (cp_model.OPTIMAL, cp_model.FEASIBLE)
    values = np.array([solver.value(v) for v in x]) if found else None
    # Without an allocation it reports a bound of 0, which means nothing: the last one it told counts.
    bound = solver.best_objective_bound if found else known["bound"]
    return marks, seconds, values, bound, solver.status_name(status), ortools.__version__


def scip(model, limit, threads):
    import pyscipopt

    m = pyscipopt.Model()
    m.hideOutput()
    m.setParam("limits/time", limit)
    m.setParam("limits/absgap", 0.999)
    x = [m.addVar(vtype="B" if upper == 1 else "I", ub=upper, obj=cost) for upper, cost in zip(model.upper, model.cost)]
    m.setMaximize()
    matrix = model.matrix
    for row in range(matrix.shape[0]):
        part = slice(matrix.indptr[row], matrix.indptr[row + 1])
        if part.start == part.stop:
            assert model.low[row] <= 0 <= model.high[row], "a row without variables that cannot hold"
            continue
        total = pyscipopt.quicksum(float(w) * x[k] for k, w in zip(matrix.indices[part], matrix.data[part]))
        if model.low[row] > -math.inf:
            m.addCons(total >= float(model.low[row]))
        if model.high[row] < math.inf:
            m.addCons(total <= float(model.high[row]))
    marks = Marks()

    class Told(pyscipopt.Eventhdlr):
        def eventinit(self):
            for event in (pyscipopt.SCIP_EVENTTYPE.BESTSOLFOUND, pyscipopt.SCIP_EVENTTYPE.LPSOLVED, pyscipopt.SCIP_EVENTTYPE.NODESOLVED):
                self.model.catchEvent(event, self)

        def eventexec(self, event):
            known = self.model.getPrimalbound() if self.model.getNSols() else None
            marks.note(known, self.model.getDualbound())

    told = Told()
    m.includeEventhdlr(told, "told", "notes when things are known")
    marks.start = time.perf_counter()
    m.optimize()
    seconds = time.perf_counter() - marks.start
    values = np.array([m.getVal(v) for v in x]) if m.getNSols() else None
    return marks, seconds, values, m.getDualbound(), m.getStatus(), str(m.version())


def main() -> None:
    peer, path, limit, threads = sys.argv[1], sys.argv[2], float(sys.argv[3]), int(sys.argv[4])
    with open(path, "rb") as file:
        problem = pickle.load(file)
    start = time.perf_counter()
    model = Model(problem)
    marks, seconds, x, bound, status, version = {"highs": highs, "cp-sat": cp_sat, "scip": scip}[peer](model, limit, threads)
    objective = None
    if x is not None:
        objective = problems.worth(problem, np.nonzero(x[: model.arcs] > 0.5)[0])
        marks.note(objective, bound)
    print(json.dumps({
        "build": time.perf_counter() - start - seconds, "solve": [seconds], "first": marks.first, "gap_ppm": marks.gaps, "status": status,
        "objective": objective, "bound": bound if bound is not None and abs(bound) < 1e15 else None, "version": version,
    }))


if __name__ == "__main__":
    main()
