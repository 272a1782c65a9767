#include "plstm/chem/certainty/molecule_domain.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <set>
#include <span>
#include <utility>
#include <vector>

#include <GraphMol/PeriodicTable.h>
#include <fmt/format.h>

#include <plstm/chem/featurizer.hpp>
#include <plstm/chem/fingerprint.hpp>
#include <plstm/chem/molecule_predictor.hpp>
#include <plstm/core/error.hpp>
#include <plstm/train/certainty/neighbours.hpp>

namespace plstm {
namespace {

std::string with_blanks(std::string text) {
  std::ranges::replace(text, '_', ' ');
  return text;
}

// "element Se", "an atom with formal charge 3".
std::string words_for(const UnseenCode& unseen) {
  const std::span<const FeatureColumn> columns = unseen.of_edge ? bond_columns() : atom_columns();
  if (static_cast<std::size_t>(unseen.column) >= columns.size()) {
    return fmt::format("molecule {} of a row", unseen.code + 1);
  }
  const FeatureColumn& column = columns[static_cast<std::size_t>(unseen.column)];
  const std::string& value = column.values[static_cast<std::size_t>(unseen.code)];
  if (!unseen.of_edge && column.name == "atomic_number" && value != "other") {
    return "element " + RDKit::PeriodicTable::getTable()->getElementSymbol(std::stoi(value));
  }
  if (column.name.starts_with("is_")) {
    return fmt::format("{} that is {}{}", unseen.of_edge ? "a bond" : "an atom", value == "no" ? "not " : "",
                       with_blanks(column.name.substr(3)));
  }
  return fmt::format("{} with {} {}", unseen.of_edge ? "a bond" : "an atom", with_blanks(column.name), value);
}

// "temperature 500 (273 to 373 were seen)", "a missing temperature".
std::string words_for(const UnseenValue& unseen, const std::string& name, const SeenColumn& seen) {
  if (std::isnan(unseen.value)) return "a missing " + name;
  return fmt::format("{} {} ({} to {} were seen)", name, unseen.value, static_cast<float>(seen.lowest),
                     static_cast<float>(seen.highest));
}

std::string warning_for(const TrainingDomain& domain, const GraphModelConfig& config,
                        const AttributedGraph& graph, const FeaturizeOptions& features) {
  std::string warning;
  const auto say = [&](const std::string& text) { warning += (warning.empty() ? "" : ", ") + text; };
  for (const UnseenCode& unseen :
       unseen_codes(domain, config.node_vocabulary_sizes, config.edge_vocabulary_sizes, graph)) {
    say(words_for(unseen));
  }
  const std::int64_t atoms = graph.dag.num_nodes();
  if (atoms < domain.fewest_nodes || atoms > domain.most_nodes) {
    say(fmt::format("{} {} ({} to {} were seen)", atoms,
                    features.hydrogens ? "atoms with hydrogens" : "heavy atoms", domain.fewest_nodes,
                    domain.most_nodes));
  }
  for (const UnseenValue& unseen : unseen_values(domain, graph)) {
    say(words_for(unseen, features.columns[unseen.column], domain.columns[unseen.column]));
  }
  return warning.empty() ? warning : "never seen in training: " + warning;
}

}  // namespace

struct MoleculeDomainIndex::Impl {
  // What members that were trained together have seen.
  struct Part {
    const TrainingDomain* domain = nullptr;
    const GraphModelConfig* config = nullptr;
    FeaturizeOptions features;
    NeighbourIndex neighbours;
  };
  std::vector<Part> parts;
  std::int64_t molecules = 0;
};

MoleculeDomainIndex::MoleculeDomainIndex(const Predictor& predictor) {
  auto impl = std::make_unique<Impl>();
  for (const TrainedModel& member : predictor.members()) {
    const TrainingDomain* domain = member.domain.get();
    if (domain == nullptr || std::ranges::find(impl->parts, domain, &Impl::Part::domain) != impl->parts.end())
      continue;
    FeaturizeOptions features = parse_featurizer(member.featurizer);
    if (domain->columns.size() > features.columns.size()) {
      throw FileError(fmt::format("the model has ranges of {} columns and reads {}", domain->columns.size(),
                                  features.columns.size()));
    }
    impl->parts.push_back(
        {domain, &member.config, std::move(features), NeighbourIndex(domain->offsets, domain->features)});
    impl->molecules += domain->num_graphs();
  }
  impl_ = std::move(impl);
}

MoleculeDomainIndex::~MoleculeDomainIndex() = default;
MoleculeDomainIndex::MoleculeDomainIndex(MoleculeDomainIndex&&) noexcept = default;
MoleculeDomainIndex& MoleculeDomainIndex::operator=(MoleculeDomainIndex&&) noexcept = default;

bool MoleculeDomainIndex::knows_codes() const noexcept {
  return !impl_->parts.empty();
}

std::int64_t MoleculeDomainIndex::num_molecules() const noexcept {
  return impl_->molecules;
}

MoleculeDomain MoleculeDomainIndex::compare(const Molecule& molecule, const AttributedGraph& graph,
                                            std::int64_t neighbours) const {
  return compare(std::span(&molecule, 1), graph, neighbours);
}

MoleculeDomain MoleculeDomainIndex::compare(std::span<const Molecule> row, const AttributedGraph& graph,
                                            std::int64_t neighbours) const {
  MoleculeDomain result;
  std::vector<std::uint32_t> fingerprint;
  if (impl_->molecules > 0 && neighbours > 0) fingerprint = row_fingerprint(row);
  for (const Impl::Part& part : impl_->parts) {
    if (result.warning.empty())
      result.warning = warning_for(*part.domain, *part.config, graph, part.features);
    if (neighbours <= 0) continue;
    for (const Neighbour& neighbour : part.neighbours.nearest(fingerprint, neighbours)) {
      result.nearest.push_back(
          {part.domain->numbers[static_cast<std::size_t>(neighbour.graph)], neighbour.similarity});
    }
  }
  if (impl_->parts.size() > 1) {  // several trainings may have learnt from one molecule
    std::ranges::stable_sort(result.nearest, std::ranges::greater(), &TrainingNeighbour::similarity);
    if (std::ssize(result.nearest) > neighbours) result.nearest.resize(static_cast<std::size_t>(neighbours));
  }
  return result;
}

std::vector<std::int32_t> rows_like_learnt_ones(const Predictor& predictor,
                                                std::span<const std::vector<std::uint32_t>> fingerprints,
                                                std::span<const std::int32_t> rows) {
  std::set<const TrainingDomain*> domains;
  std::set<std::vector<std::uint32_t>> learnt;
  for (const TrainedModel& member : predictor.members()) {
    const TrainingDomain* domain = member.domain.get();
    if (domain == nullptr || !domains.insert(domain).second) continue;
    for (std::size_t graph = 0; graph < domain->numbers.size(); ++graph) {
      const auto first = domain->features.begin();
      learnt.emplace(first + domain->offsets[graph], first + domain->offsets[graph + 1]);
    }
  }
  std::vector<std::int32_t> alike;
  for (const std::int32_t row : rows) {
    if (row < 0 || row >= std::ssize(fingerprints)) {
      throw ShapeError(fmt::format("rows_like_learnt_ones: row {} has no fingerprint; there are {}", row,
                                   fingerprints.size()));
    }
    if (learnt.contains(fingerprints[static_cast<std::size_t>(row)])) alike.push_back(row);
  }
  return alike;
}

}  // namespace plstm
