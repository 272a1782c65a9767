#include "workload.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "support/measure/peak.hpp"
#include "support/measure/shapes.hpp"

namespace plstm::bench {
namespace {

// The molecules of a data set that comes with RDKit.
constexpr const char* kSeries = "Contrib/FreeWilson/data/CHEMBL2321810.smi";
constexpr std::size_t kSeriesSize = 1017;

GraphCase without_features(std::string name, Dag dag) {
  GraphCase graph_case{std::move(name), {{}}};
  graph_case.graphs.front().dag = std::move(dag);
  return graph_case;
}

}  // namespace

Workload make_workload(Scale scale) {
  const bool full = scale == Scale::kFull;
  const NodeId side = full ? 32 : 5;
  const NodeId nodes = side * side;
  Workload workload{scale,
                    full ? 1024 : 64,
                    full ? std::size_t{128} << 20 : std::size_t{1} << 16,
                    {without_features("chain", chain(nodes)),
                     without_features("grid", grid(side, side)),
                     without_features("tree", tree(nodes)),
                     without_features("random", random_dag(nodes)),
                     {"molecules", {}}},
                    {},
                    rdkit_molecules(kSeries, {full ? kAllMolecules : kBatchSize}, kSeriesSize)};
  for (std::size_t i = 0; i < std::min(kBatchSize, workload.molecules.graphs.size()); ++i) {
    workload.graphs.back().graphs.push_back(workload.molecules.graphs[i].graph);
  }
  for (const NodeId size : full ? std::vector<NodeId>{16, 32, 64, 128, 256, 512} : std::vector<NodeId>{4}) {
    const auto width = static_cast<NodeId>(std::lround(std::sqrt(size)));
    const NodeId height = size / width;
    workload.sizes.push_back(without_features("chain_" + std::to_string(size), chain(size)));
    workload.sizes.push_back(without_features("grid_" + std::to_string(width) + "x" + std::to_string(height),
                                              grid(width, height)));
    workload.sizes.push_back(without_features("tree_" + std::to_string(size), tree(size)));
  }
  workload.sequence_length = full ? 4096 : 64;
  workload.product_peak = measure_product_peak(workload.product_size);
  return workload;
}

}  // namespace plstm::bench
