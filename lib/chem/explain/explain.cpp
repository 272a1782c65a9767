#include "plstm/chem/explain/explain.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <numeric>
#include <utility>

#include <GraphMol/ROMol.h>
#include <fmt/format.h>

#include <plstm/chem/rows/molecule_row.hpp>
#include <plstm/core/error.hpp>
#include <plstm/core/named.hpp>
#include <plstm/core/parallel.hpp>
#include <plstm/core/shape.hpp>
#include <plstm/learn/predictor.hpp>

#include "chem/explain/log_odds.hpp"
#include "chem/explain/occlusion.hpp"
#include "chem/explain/readout_gradients.hpp"
#include "chem/molecule_impl.hpp"

namespace plstm {
namespace {

constexpr std::array<Named<ExplainMethod>, 2> kMethodNames{
    {{ExplainMethod::kOcclusion, "occlusion"}, {ExplainMethod::kGradient, "gradient"}}};

constexpr std::size_t kNodesAtOnce = std::size_t{1} << 16;  // of graphs with hidden atoms that are in memory

struct Job {
  std::size_t molecule = 0;
  std::vector<std::int32_t> hidden;
};

// What the model says of each job, [jobs, columns], in the units of contributions.
std::vector<double> outputs_of(const Predictor& predictor,
                               std::span<const std::unique_ptr<const Occlusion>> molecules,
                               std::span<const Job> jobs) {
  std::vector<double> outputs;
  std::vector<PreparedGraph> graphs;
  for (std::size_t first = 0; first < jobs.size();) {
    std::size_t last = first, nodes = 0;
    while (last < jobs.size() && (last == first || nodes < kNodesAtOnce)) {
      nodes += molecules[jobs[last].molecule]->atom_of_node().size();
      ++last;
    }
    graphs.resize(last - first);
    parallel_for(graphs.size(), 1, [&](std::size_t i) {
      const Job& job = jobs[first + i];
      graphs[i] = predictor.prepare(molecules[job.molecule]->without(job.hidden));
    });
    const Predictions predictions = predictor.predict(std::span<const PreparedGraph>(graphs));
    outputs.insert(outputs.end(), predictions.values.begin(), predictions.values.end());
    first = last;
  }
  const std::vector<bool> is_probability = explains_log_odds(predictor);
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    if (is_probability[i % is_probability.size()]) outputs[i] = log_odds(outputs[i]);
  }
  return outputs;
}

// prediction - baseline - sum of the rows of contributions.
std::vector<double> what_is_left(const Explanation& of, std::span<const double> contributions) {
  const std::size_t columns = of.prediction.size();
  std::vector<double> left(columns);
  for (std::size_t c = 0; c < columns; ++c) {
    left[c] = of.prediction[c] - of.baseline[c];
    for (std::size_t i = c; i < contributions.size(); i += columns) left[c] -= contributions[i];
  }
  return left;
}

// Reads what is needed of a molecule; nothing, and an error in the result, if the model cannot take it.
std::unique_ptr<const Occlusion> read(const MoleculePredictor& predictor, std::span<const Molecule> row,
                                      std::span<const double> columns, const ExplainOptions& options,
                                      Explanation& result) {
  try {
    std::int64_t atoms = 0;
    for (const Molecule& molecule : row) atoms += molecule.num_atoms();
    if (options.method == ExplainMethod::kOcclusion && atoms > options.most_atoms) {
      throw MoleculeError(
          fmt::format("it has {} atoms, and occlusion predicts it once without each of them; that is done "
                      "for {} atoms at "
                      "most (--max-atoms). The method gradient takes any number",
                      atoms, options.most_atoms));
    }
    auto occlusion = std::make_unique<const Occlusion>(row, predictor.featurize_options(), columns);
    predictor.predictor().check(predictor.predictor().prepare(occlusion->whole()));
    for (const Molecule& molecule : row) {
      const auto first = static_cast<std::int32_t>(result.symbols.size());
      for (const RDKit::Atom* atom : rdkit_mol(molecule).atoms()) result.symbols.push_back(atom->getSymbol());
      if (!options.fragments) continue;
      for (MoleculeFragment& fragment : brics_fragments(molecule)) {
        for (std::int32_t& atom : fragment.atoms) atom += first;
        result.fragments.push_back(std::move(fragment));
      }
    }
    return occlusion;
  } catch (const Error& error) {
    result = {};
    result.error = error.what();
    return nullptr;
  }
}

// Of each molecule: as it is, without each of its atoms, without each fragment, without anything.
std::vector<Job> jobs_of(std::span<const Explanation> molecules) {
  std::vector<Job> jobs;
  for (std::size_t i = 0; i < molecules.size(); ++i) {
    if (!molecules[i]) continue;
    std::vector<std::int32_t> all(molecules[i].symbols.size());
    std::iota(all.begin(), all.end(), 0);
    jobs.push_back({i, {}});
    for (const std::int32_t atom : all) jobs.push_back({i, {atom}});
    for (const MoleculeFragment& fragment : molecules[i].fragments) jobs.push_back({i, fragment.atoms});
    jobs.push_back({i, std::move(all)});
  }
  return jobs;
}

// Puts the outputs of jobs_of() in their places.
void take_outputs(std::span<const double> outputs, std::size_t columns, std::span<Explanation> results) {
  const auto take = [&] {
    const std::span<const double> row = outputs.first(columns);
    outputs = outputs.subspan(columns);
    return std::vector<double>(row.begin(), row.end());
  };
  for (Explanation& result : results) {
    if (!result) continue;
    result.prediction = take();
    const auto add_parts = [&](std::size_t parts, std::vector<double>& contributions) {
      for (std::size_t i = 0; i < parts; ++i) {
        const std::vector<double> without = take();
        for (std::size_t c = 0; c < columns; ++c) contributions.push_back(result.prediction[c] - without[c]);
      }
    };
    add_parts(result.symbols.size(), result.atoms);
    add_parts(result.fragments.size(), result.of_fragments);
    result.baseline = take();
    result.interaction = what_is_left(result, result.atoms);
    if (!result.fragments.empty()) result.fragment_interaction = what_is_left(result, result.of_fragments);
  }
}

// By gradients, some molecules at a time.
void add_gradients(const Predictor& predictor, std::span<const std::unique_ptr<const Occlusion>> molecules,
                   std::span<Explanation> results) {
  constexpr std::size_t kMoleculesAtOnce = 16;
  std::vector<const Occlusion*> good;
  std::vector<Explanation*> explained;
  for (std::size_t i = 0; i < results.size(); ++i) {
    if (!results[i]) continue;
    good.push_back(molecules[i].get());
    explained.push_back(&results[i]);
  }
  if (good.empty()) return;
  const ReadoutGradients gradients(predictor);
  parallel_for((good.size() + kMoleculesAtOnce - 1) / kMoleculesAtOnce, 1, [&](std::size_t batch) {
    const std::size_t first = batch * kMoleculesAtOnce;
    const std::size_t count = std::min(kMoleculesAtOnce, good.size() - first);
    gradients.explain(std::span(good).subspan(first, count), std::span(explained).subspan(first, count));
  });
  const std::size_t columns = predictor.columns().size();
  for (Explanation* result : explained) {
    result->interaction = what_is_left(*result, result->atoms);
    if (result->fragments.empty()) continue;
    for (const MoleculeFragment& fragment : result->fragments) {
      for (std::size_t c = 0; c < columns; ++c) {
        double sum = 0;
        for (const std::int32_t atom : fragment.atoms)
          sum += result->atoms[static_cast<std::size_t>(atom) * columns + c];
        result->of_fragments.push_back(sum);
      }
    }
    result->fragment_interaction = what_is_left(*result, result->of_fragments);
  }
}

void check_readout(const Predictor& predictor) {
  if (predictor.members().front().config.readout != Readout::kGraph) {
    throw ConfigError(
        "explain: the model predicts atoms or bonds, and only predictions of molecules are explained");
  }
}

// No molecules: the result of the row has an error.
std::vector<Explanation> explain_all(const MoleculePredictor& predictor,
                                     std::span<const std::span<const Molecule>> rows,
                                     std::vector<Explanation> results, const ExplainOptions& options,
                                     std::span<const double> columns) {
  check_readout(predictor.predictor());
  const std::size_t width = predictor.featurize_options().columns.size();
  check_size("explain", "columns", std::ssize(columns), static_cast<std::int64_t>(rows.size() * width));
  std::vector<std::unique_ptr<const Occlusion>> occlusions(rows.size());
  parallel_for(rows.size(), 1, [&](std::size_t i) {
    if (rows[i].empty()) return;
    occlusions[i] = read(predictor, rows[i], columns.subspan(i * width, width), options, results[i]);
  });
  if (options.method == ExplainMethod::kGradient) {
    add_gradients(predictor.predictor(), occlusions, results);
  } else {
    const std::vector<Job> jobs = jobs_of(results);
    take_outputs(outputs_of(predictor.predictor(), occlusions, jobs), predictor.columns().size(), results);
  }
  return results;
}

}  // namespace

std::string_view name(ExplainMethod method) {
  return name_of(kMethodNames, method);
}

ExplainMethod parse_explain_method(std::string_view text) {
  return parse_named(kMethodNames, "method", text);
}

std::vector<bool> explains_log_odds(const Predictor& predictor) {
  std::vector<bool> result;
  for (const Task& task : predictor.members().front().tasks) {
    const auto columns = task.type == TaskType::kMulticlass ? static_cast<std::size_t>(task.classes) : 1;
    result.insert(result.end(), columns, task.type != TaskType::kRegression);
  }
  return result;
}

std::vector<Explanation> explain(const MoleculePredictor& predictor, std::span<const Molecule> molecules,
                                 const ExplainOptions& options, std::span<const double> columns) {
  const std::size_t width = predictor.featurize_options().num_molecules();
  std::vector<std::span<const Molecule>> rows(molecules.size() / width);
  check_size("explain", "molecules", std::ssize(molecules), static_cast<std::int64_t>(rows.size() * width));
  for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = molecules.subspan(i * width, width);
  return explain_all(predictor, rows, std::vector<Explanation>(rows.size()), options, columns);
}

std::vector<Explanation> explain(const MoleculePredictor& predictor, std::span<const std::string> smiles,
                                 const ExplainOptions& options, std::span<const double> columns) {
  const FeaturizeOptions& features = predictor.featurize_options();
  const std::size_t width = features.num_molecules();
  std::vector<MoleculeRow> read(smiles.size() / width);
  check_size("explain", "smiles", std::ssize(smiles), static_cast<std::int64_t>(read.size() * width));
  std::vector<Explanation> results(read.size());
  parallel_for(read.size(), 1, [&](std::size_t i) {
    try {
      read[i] = read_row(smiles.subspan(i * width, width), features);
    } catch (const Error& error) {
      results[i].error = error.what();
    }
  });
  std::vector<std::span<const Molecule>> rows(read.size());
  for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = read[i].molecules;
  return explain_all(predictor, rows, std::move(results), options, columns);
}

}  // namespace plstm
