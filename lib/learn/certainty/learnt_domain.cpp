#include "learnt_domain.hpp"

#include <algorithm>
#include <vector>

#include <plstm/core/random.hpp>

namespace plstm {

std::shared_ptr<const TrainingDomain> learnt_domain(const LabeledGraphs& data,
                                                    std::span<const std::int32_t> graphs,
                                                    const GraphModelConfig& config, std::uint64_t seed) {
  auto domain = std::make_shared<TrainingDomain>();
  domain->columns.resize(static_cast<std::size_t>(data.num_columns()));
  for (const std::int32_t graph : graphs) {
    add_to_domain(*domain, config.node_vocabulary_sizes, config.edge_vocabulary_sizes,
                  data.graphs()[static_cast<std::size_t>(graph)].graph);
  }
  domain->offsets = {0};
  if (data.fingerprints().empty()) return domain;
  std::vector<std::int32_t> kept(graphs.begin(), graphs.end());
  if (std::ssize(kept) > kMostDomainGraphs) {
    Random random(mix_seed(seed, 0xd0a1));  // a stream apart from those of training
    shuffle(kept, random);
    kept.resize(kMostDomainGraphs);
    std::ranges::sort(kept);
  }
  for (const std::int32_t graph : kept) {
    const auto g = static_cast<std::size_t>(graph);
    domain->numbers.push_back(data.numbers()[g]);
    domain->features.insert(domain->features.end(), data.fingerprints()[g].begin(),
                            data.fingerprints()[g].end());
    domain->offsets.push_back(std::ssize(domain->features));
  }
  return domain;
}

}  // namespace plstm
