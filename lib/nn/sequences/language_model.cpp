#include "plstm/nn/sequences/language_model.hpp"

#include <cmath>
#include <string>

#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/nn/shared/activation.hpp>
#include <plstm/nn/shared/arithmetic.hpp>
#include <plstm/nn/shared/embedding.hpp>
#include <plstm/nn/shared/norm.hpp>

#include "nn/shared/setting_limits.hpp"

namespace plstm {

namespace {

// embedding_sum wants the first row of each column; here there is one column.
constexpr std::int32_t kFirstRow[] = {0};

constexpr Index kMostTaps = 4096;

void check_positive(const char* name, Index value) {
  if (value < 1) throw ConfigError(fmt::format("language model: {} is {}, expected at least 1", name, value));
}

void check_at_most(const char* name, Index value, Index most) {
  if (value > most) {
    throw ConfigError(fmt::format("language model: {} is {}, expected at most {}", name, value, most));
  }
}

Index layer_width(const LanguageModelConfig& c) {
  return c.block == SequenceBlockKind::kPreUp ? pre_up_width(c.width) : c.width;
}

}  // namespace

void check_config(const LanguageModelConfig& c) {
  check_positive("vocabulary", c.vocabulary);
  check_positive("width", c.width);
  check_positive("heads", c.heads);
  if (c.blocks < 0 || c.outputs < 0 || c.taps < 0 || c.sub_head_width < 0) {
    throw ConfigError(fmt::format(
        "language model: blocks {}, outputs {}, taps {} and sub_head_width {} must not be negative", c.blocks,
        c.outputs, c.taps, c.sub_head_width));
  }
  check_at_most("vocabulary", c.vocabulary, kMostOutputs);
  check_at_most("outputs", c.outputs, kMostOutputs);
  check_at_most("width", c.width, kMostWidth);
  check_at_most("heads", c.heads, kMostWidth);
  check_at_most("blocks", c.blocks, kMostBlocks);
  check_at_most("taps", c.taps, kMostTaps);
  if (!fits(c.tracking)) {
    throw ConfigError(
        fmt::format("language model: JT, JK, JV, JO and JQ are expected to be 1 to {}", kMostTrackingWidth));
  }
  if (c.sub_head_width > 0 && layer_width(c) % c.sub_head_width != 0) {
    throw ConfigError(
        fmt::format("language model: sub_head_width {} does not divide the width {} of the layers",
                    c.sub_head_width, layer_width(c)));
  }
  if (c.tied_head && c.outputs != 0 && c.outputs != c.vocabulary) {
    throw ConfigError(fmt::format("language model: a tied head has {} outputs, one per token, not {}",
                                  c.vocabulary, c.outputs));
  }
  if (!(c.soft_cap >= 0 && std::isfinite(c.soft_cap))) {
    throw ConfigError(fmt::format("language model: soft_cap is {}, expected 0 (none) or more", c.soft_cap));
  }
  if (!is_fraction(c.dropout)) {
    throw ConfigError(fmt::format("language model: dropout is {}, expected 0 <= dropout < 1", c.dropout));
  }
  if (!is_positive(c.epsilon) || c.epsilon > 1) {
    throw ConfigError(
        fmt::format("language model: epsilon is {}, expected more than 0 and at most 1", c.epsilon));
  }
}

LanguageModel make_language_model(const LanguageModelConfig& config) {
  check_config(config);
  LanguageModel model;
  model.config = config;
  const LanguageModelConfig& c = model.config;
  const Index outputs = c.outputs > 0 ? c.outputs : c.vocabulary;
  SequenceBlockOptions block{.kind = c.block, .width = c.width, .dropout = c.dropout, .epsilon = c.epsilon};
  block.layer = {.heads = c.heads,
                 .tracking = c.tracking,
                 .sub_heads = c.sub_head_width > 0 ? layer_width(c) / c.sub_head_width : 1,
                 .taps = c.taps,
                 .gate_weights = c.gate_weights,
                 .passthrough = c.passthrough,
                 .eigenvalues = c.eigenvalues,
                 .norm = c.norm,
                 .gates = c.gates,
                 .transition = c.transition,
                 .epsilon = c.epsilon,
                 .form = c.form};
  model.embedding =
      model.layout.add("token_embedding.weight", {c.vocabulary, c.width}, small_init(c.width), false);
  for (Index i = 0; i < c.blocks; ++i) {
    model.blocks.push_back(
        add_sequence_block(model.layout, "block_stack.blocks." + std::to_string(i), block));
  }
  model.norm = model.layout.add("post_blocks_norm.scale", {c.width}, ConstantInit{1}, false);
  if (!c.tied_head) {
    model.head = model.layout.add("lm_head.weight", {outputs, c.width}, small_init(c.width), true);
  }
  return model;
}

template <class T>
Var<T> forward(Tape<T>& tape, const LanguageModel& model, std::span<const std::int32_t> tokens,
               Index length) {
  const LanguageModelConfig& c = model.config;
  const auto rows = static_cast<Index>(tokens.size());
  if (length < 1 ? rows > 0 : rows % length != 0) {
    throw ShapeError(
        fmt::format("language model: sequences of length {} do not fill {} tokens", length, rows));
  }
  const Var<T> table = tape.parameter(model.embedding);
  Var<T> x = embedding_sum<T>(tape, table, tokens.data(), rows, kFirstRow);
  for (const SequenceBlock& block : model.blocks) {
    x = tape.without_traces(rows, c.width, [&] { return apply(tape, block, x, length); });
  }
  x = rms_norm(tape, x, tape.parameter(model.norm), c.epsilon);
  Var<T> logits = linear(tape, x, model.head.valid() ? tape.parameter(model.head) : table);
  if (c.soft_cap > 0) {
    logits = activate(tape, ActivationKind::kTanh, multiply_by(tape, logits, 1 / c.soft_cap));
    logits = multiply_by(tape, logits, c.soft_cap);
  }
  return logits;
}

template Var<float> forward<float>(Tape<float>&, const LanguageModel&, std::span<const std::int32_t>, Index);
template Var<double> forward<double>(Tape<double>&, const LanguageModel&, std::span<const std::int32_t>,
                                     Index);

}  // namespace plstm
