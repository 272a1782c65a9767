// Training epochs of the paper's model on molecules.
#include <algorithm>

#include <plstm/core/cpu.hpp>
#include <plstm/core/parallel.hpp>
#include <plstm/train/loop/trainer.hpp>

#include "section.hpp"
#include "support/measure/model.hpp"

namespace plstm::perf {
namespace {

// Rates of other programs in molecules/s, on the 4,110 molecules of Data/NCI/first_5K.smi that this section uses:
constexpr double kPublishedCode = 22;        // the paper's code, 2 cores
constexpr double kGin16Cores = 4110 / 0.48;  // PyTorch Geometric's GIN, width 128, 4 layers, 16 cores
constexpr double kGinH200 = 4110 / 0.33;     // the same on an H200

// Molecules per second of the fastest epoch.
double best_epoch(const GraphModel& model, const Learner& learner, const TrainingData& data,
                  std::int64_t epochs, Precision precision = Precision::kFloat) {
  TrainOptions options;
  options.precision = precision;
  options.epochs = epochs;
  const TrainResult result = train(learner, bench::make_parameters(model), data, options);
  return std::ranges::max_element(result.history, {}, &EpochReport::samples_per_second)->samples_per_second;
}

void run_training(const Context& context, Report& report) {
  const bench::MoleculeSet& molecules = context.molecules;
  const GraphModel model = bench::make_model(molecules, StmLayerKind::kEdge);
  const std::size_t count = molecules.graphs.size();
  const auto rows = bench::first_rows(std::min(count, context.by_scale<std::size_t>(count, 1024, 16)));
  const bench::Labels labels(count);
  const TrainingData data = labels.with(rows);
  const Learner learner = graph_learner(model, molecules.graphs);
  const auto graphs = static_cast<double>(rows.size());
  const double multiply_adds = 3 * bench::forward_multiply_adds(model, molecules, rows) / graphs;

  const double rate = best_epoch(model, learner, data, context.by_scale(5, 4, 1));
  const bool has_bfloat16 = bfloat16_products() != Bfloat16Products::kNone;
  const double rate_bfloat16 =
      has_bfloat16 ? best_epoch(model, learner, data, context.by_scale(5, 4, 1), Precision::kBfloat16) : 0;
  const ThreadLimit one(1);
  const double rate_one = best_epoch(model, learner, data, context.by_scale(3, 2, 1));

  report.add("training.molecules", graphs);
  report.add("training.source", molecules.source);
  report.add("training.multiply_adds_per_molecule", multiply_adds);
  report.add("training.molecules_per_s", rate);
  report.add("training.seconds_per_epoch", graphs / rate);
  report.add("training.peak_share", rate * multiply_adds / context.peaks.product);
  report.add("training.molecules_per_s_1_thread", rate_one);
  report.add("training.peak_share_1_thread", rate_one * multiply_adds / context.peaks_one_thread.product);
  report.add("training.thread_speedup", rate / rate_one);
  report.add("training.times_published_code", rate / kPublishedCode);
  report.add("training.times_gin_16_cores", rate / kGin16Cores);
  report.add("training.times_gin_h200", rate / kGinH200);
  if (!has_bfloat16) {
    report.note("nothing about bfloat16: this processor has no products for it");
    return;
  }
  report.add("training.bfloat16_molecules_per_s", rate_bfloat16);
  report.add("training.bfloat16_speedup", rate_bfloat16 / rate);
}

}  // namespace

Section training_section() {
  return {
      "training",
      "epochs of train() with the paper's model: passes, clipping and optimizer; the best epoch counts",
      {{"training.molecules", "molecules", "in an epoch"},
       {"training.source", "text", "file they come from"},
       {"training.multiply_adds_per_molecule", "multiply-adds", "three times those of a forward pass"},
       {"training.molecules_per_s", "molecules/s", "all threads"},
       {"training.seconds_per_epoch", "s", "of so many molecules"},
       {"training.peak_share", "1", "multiply-adds/s over machine.product_peak"},
       {"training.molecules_per_s_1_thread", "molecules/s", "one thread"},
       {"training.peak_share_1_thread", "1", "the same over machine.product_peak_1_thread"},
       {"training.thread_speedup", "1", "all threads over one"},
       {"training.times_published_code", "1", "over 22 molecules/s, the paper's code on two cores"},
       {"training.times_gin_16_cores", "1", "over 8,563 molecules/s, a GIN of PyTorch Geometric on 16 cores"},
       {"training.times_gin_h200", "1", "over 12,455 molecules/s, the same on an H200"},
       {"training.bfloat16_molecules_per_s", "molecules/s",
        "products in bfloat16, all threads; needs AMX or AVX-512 BF16"},
       {"training.bfloat16_speedup", "1", "over float; needs the same"}},
      true,
      run_training};
}

}  // namespace plstm::perf
