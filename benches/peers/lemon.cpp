// An assignment as a flow, by LEMON: lemon simplex|scaling GRAPH ANSWER prints the seconds of the solve.
// GRAPH: three uint32 (dwellings, households, arcs), then per arc its dwelling, household and score as three columns of int32.
// ANSWER: positions (uint32) of the arcs taken.
#include <lemon/cost_scaling.h>
#include <lemon/network_simplex.h>
#include <lemon/smart_graph.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <string>
#include <vector>

using lemon::SmartDigraph;

template <class Algorithm>
static double solve(const SmartDigraph& graph, const SmartDigraph::ArcMap<int>& upper, const SmartDigraph::ArcMap<long long>& cost,
                    const SmartDigraph::NodeMap<int>& supply, SmartDigraph::ArcMap<int>& flow, bool& optimal) {
    const auto start = std::chrono::steady_clock::now();
    Algorithm algorithm(graph);
    optimal = algorithm.upperMap(upper).costMap(cost).supplyMap(supply).run() == Algorithm::OPTIMAL;
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    algorithm.flowMap(flow);
    return seconds;
}

int main(int count, char** words) {
    if (count != 4) return 2;
    std::ifstream in(words[2], std::ios::binary);
    uint32_t size[3];
    in.read(reinterpret_cast<char*>(size), sizeof size);
    const uint32_t homes = size[0], people = size[1], arcs = size[2];
    std::vector<int32_t> column[3];
    for (auto& c : column) {
        c.resize(arcs);
        in.read(reinterpret_cast<char*>(c.data()), std::streamsize(arcs) * 4);
    }
    if (!in) return 2;
    SmartDigraph graph;
    graph.reserveNode(int(homes + people + 2));
    graph.reserveArc(int(arcs + 2 * homes + people));
    for (uint32_t n = 0; n < homes + people + 2; n++) graph.addNode();
    const auto node = [&](uint32_t id) { return graph.nodeFromId(int(id)); };
    const uint32_t source = homes + people, sink = source + 1;
    for (uint32_t a = 0; a < arcs; a++) graph.addArc(node(uint32_t(column[0][a])), node(homes + uint32_t(column[1][a])));
    for (uint32_t d = 0; d < homes; d++) {
        graph.addArc(node(source), node(d));
        graph.addArc(node(d), node(sink));
    }
    for (uint32_t h = 0; h < people; h++) graph.addArc(node(homes + h), node(sink));
    SmartDigraph::ArcMap<int> upper(graph, 1), flow(graph, 0);
    SmartDigraph::ArcMap<long long> cost(graph, 0);
    SmartDigraph::NodeMap<int> supply(graph, 0);
    for (uint32_t a = 0; a < arcs; a++) cost[graph.arcFromId(int(a))] = -static_cast<long long>(column[2][a]);
    supply[node(source)] = int(homes);
    supply[node(sink)] = -int(homes);
    bool optimal = false;
    const double seconds = std::string(words[1]) == "simplex"
        ? solve<lemon::NetworkSimplex<SmartDigraph, int, long long>>(graph, upper, cost, supply, flow, optimal)
        : solve<lemon::CostScaling<SmartDigraph, int, long long>>(graph, upper, cost, supply, flow, optimal);
    if (!optimal) return 1;
    std::ofstream out(words[3], std::ios::binary);
    for (uint32_t a = 0; a < arcs; a++)
        if (flow[graph.arcFromId(int(a))] == 1) out.write(reinterpret_cast<const char*>(&a), 4);
    std::printf("%.9f\n", seconds);
    return out ? 0 : 2;
}
