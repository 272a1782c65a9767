// Prediction from prepared graphs, and from the text of SMILES.
#include <algorithm>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include <plstm/core/cpu.hpp>
#include <plstm/core/parallel.hpp>
#include <plstm/learn/predictor.hpp>
#include <plstm/train/loop/trainer.hpp>

#include "section.hpp"
#include "support/measure/model.hpp"

#if defined(PLSTM_MEASURE_WITH_CHEM)
#include <plstm/chem/featurizer.hpp>
#include <plstm/chem/molecule.hpp>
#endif

namespace plstm::perf {
namespace {

#if defined(PLSTM_MEASURE_WITH_CHEM)

constexpr std::size_t kGrain = 8;

void parse(std::span<const std::string> smiles) {
  std::vector<std::int32_t> atoms(smiles.size());
  parallel_for(smiles.size(), kGrain, [&](std::size_t i) { atoms[i] = parse_smiles(smiles[i]).num_atoms(); });
}

// What the default model reads of molecules.
void describe(std::span<const std::string> smiles) {
  const FeaturizeOptions all{.atom_values = true, .molecule_values = true, .counts = true};
  std::vector<std::int64_t> nodes(smiles.size());
  parallel_for(smiles.size(), kGrain, [&](std::size_t i) {
    nodes[i] = featurize(parse_smiles(smiles[i]), all).graph.dag.num_nodes();
  });
}

void predict_smiles(const GraphModel& model, std::span<const float> parameters,
                    std::span<const std::string> smiles, std::span<const std::int32_t> rows,
                    Precision precision) {
  std::vector<PreparedGraph> graphs(smiles.size());
  parallel_for(smiles.size(), kGrain,
               [&](std::size_t i) { graphs[i] = prepare_graph(featurize(parse_smiles(smiles[i])).graph); });
  predict(graph_learner(model, graphs), parameters, rows, precision);
}

// Measures all of them in turn, so that they run under the same load of the machine.
void measure_smiles(const GraphModel& model, std::span<const float> parameters,
                    std::span<const std::string> smiles, std::span<const std::int32_t> rows, int times,
                    bool has_bfloat16, Report& report) {
  double parsing = std::numeric_limits<double>::infinity();
  double describing = parsing;
  double predicting = parsing;
  double predicting_bfloat16 = parsing;
  for (int i = 0; i < times; ++i) {
    parsing = std::min(parsing, bench::seconds_of([&] { parse(smiles); }));
    describing = std::min(describing, bench::seconds_of([&] { describe(smiles); }));
    predicting = std::min(predicting, bench::seconds_of([&] {
                            predict_smiles(model, parameters, smiles, rows, Precision::kFloat);
                          }));
    if (!has_bfloat16) continue;
    predicting_bfloat16 = std::min(predicting_bfloat16, bench::seconds_of([&] {
                                     predict_smiles(model, parameters, smiles, rows, Precision::kBfloat16);
                                   }));
  }
  const auto count = static_cast<double>(smiles.size());
  report.add("prediction.parsing_molecules_per_s", count / parsing);
  report.add("prediction.described_molecules_per_s", count / describing);
  report.add("prediction.described_over_parsing", parsing / describing);
  report.add("prediction.from_smiles_molecules_per_s", count / predicting);
  report.add("prediction.from_smiles_over_parsing", parsing / predicting);
  if (has_bfloat16) report.add("prediction.bfloat16_from_smiles_over_parsing", parsing / predicting_bfloat16);
}

#else

void measure_smiles(const GraphModel&, std::span<const float>, std::span<const std::string>,
                    std::span<const std::int32_t>, int, bool, Report&) {}

#endif

// What a service pays that predicts graphs one by one, as they come, over its share in predictions of 64 together.
double alone_over_share(const GraphModel& model, const std::vector<float>& parameters,
                        std::span<const PreparedGraph> graphs, std::span<const std::int32_t> rows,
                        const Repeats& repeats) {
  TrainedModel trained;
  trained.config = model.config;
  trained.parameters = parameters;
  trained.tasks.resize(static_cast<std::size_t>(model.config.outputs));
  for (Index i = 0; i < model.config.outputs; ++i) trained.target_names.push_back(std::to_string(i));
  const Predictor predictor({trained});
  const auto chosen = rows.first(std::min<std::size_t>(64, rows.size()));
  const ThreadLimit one(1);
  const double together = bench::best_seconds(repeats, [&] { predictor.predict(graphs, chosen); });
  const double one_by_one = bench::best_seconds(repeats, [&] {
    for (std::size_t i = 0; i < chosen.size(); ++i) predictor.predict(graphs, chosen.subspan(i, 1));
  });
  return one_by_one / together;
}

void run_prediction(const Context& context, Report& report) {
  const bench::MoleculeSet& molecules = context.molecules;
  const GraphModel model = bench::make_model(molecules, StmLayerKind::kEdge);
  const std::vector<float> parameters = bench::make_parameters(model);
  const std::size_t available = molecules.graphs.size();
  const auto rows =
      bench::first_rows(std::min(available, context.by_scale<std::size_t>(available, 1024, 16)));
  const auto graphs = static_cast<double>(rows.size());
  const double multiply_adds = bench::forward_multiply_adds(model, molecules, rows) / graphs;
  const Repeats repeats{context.by_scale(5, 3, 1), context.by_scale(2.0, 0.5, 0.0)};
  const auto rate = [&](Precision precision) {
    return graphs / bench::best_seconds(repeats, [&] {
             predict(graph_learner(model, molecules.graphs), parameters, rows, precision);
           });
  };
  const double all = rate(Precision::kFloat);
  double single = 0;
  {
    const ThreadLimit one(1);
    single = rate(Precision::kFloat);
  }
  report.add("prediction.alone_over_share_of_64",
             alone_over_share(model, parameters, molecules.graphs, std::span(rows), repeats));
  report.add("prediction.molecules_per_s", all);
  report.add("prediction.peak_share", all * multiply_adds / context.peaks.product);
  report.add("prediction.molecules_per_s_1_thread", single);
  report.add("prediction.thread_speedup", all / single);
  const bool has_bfloat16 = bfloat16_products() != Bfloat16Products::kNone;
  if (has_bfloat16) report.add("prediction.bfloat16_molecules_per_s", rate(Precision::kBfloat16));
  if (molecules.smiles.empty()) {
    report.note("nothing about SMILES: these molecules were not read from SMILES by RDKit");
    return;
  }
  const auto smiles = std::span<const std::string>(molecules.smiles).first(rows.size());
  measure_smiles(model, parameters, smiles, rows, context.by_scale(5, 3, 1), has_bfloat16, report);
}

}  // namespace

Section prediction_section() {
  return {
      "prediction",
      "predict() with the paper's model, and prediction from SMILES",
      {{"prediction.molecules_per_s", "molecules/s", "from prepared graphs, all threads"},
       {"prediction.peak_share", "1", "multiply-adds/s over machine.product_peak"},
       {"prediction.molecules_per_s_1_thread", "molecules/s", "one thread"},
       {"prediction.alone_over_share_of_64", "1",
        "a prepared graph predicted alone, over its share of 64 predicted together; one thread"},
       {"prediction.thread_speedup", "1", "all threads over one"},
       {"prediction.bfloat16_molecules_per_s", "molecules/s",
        "products in bfloat16, all threads; needs AMX or AVX-512 BF16"},
       {"prediction.parsing_molecules_per_s", "molecules/s", "parse_smiles alone; needs SMILES and RDKit"},
       {"prediction.described_molecules_per_s", "molecules/s",
        "parsed and described by all that the default model reads; needs SMILES and RDKit"},
       {"prediction.described_over_parsing", "1", "ratio of the two; needs SMILES and RDKit"},
       {"prediction.from_smiles_molecules_per_s", "molecules/s",
        "from SMILES to prediction; needs SMILES and RDKit"},
       {"prediction.from_smiles_over_parsing", "1", "its ratio to parsing alone; needs SMILES and RDKit"},
       {"prediction.bfloat16_from_smiles_over_parsing", "1", "the same with products in bfloat16"}},
      true,
      run_prediction};
}

}  // namespace plstm::perf
