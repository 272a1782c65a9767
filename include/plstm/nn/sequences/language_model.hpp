#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <plstm/nn/sequences/sequence_block.hpp>

namespace plstm {

/// The language model (specification, section 6) and its options; also a model of any map from sequences of
/// tokens to an output per position. Defaults are those of the published code.
struct LanguageModelConfig {
  Index vocabulary = 0;  ///< tokens that may come in
  Index outputs = 0;     ///< logits per position; 0: the vocabulary
  SequenceBlockKind block = SequenceBlockKind::kPreUp;
  Index width = 64;  ///< D
  Index blocks = 2;
  Index heads = 4;  ///< H
  TrackingWidths tracking = {.state = 4, .key = 1, .value = 4, .output = 4, .query = 1};
  Index sub_head_width = 4;  ///< inputs that a block of query, key and value reads; 0: all
  Index taps = 4;            ///< of the convolution; 0: none
  bool gate_weights = false;
  bool passthrough = true;
  EigenvalueForm eigenvalues = EigenvalueForm::kTanh;
  TransitionNorm norm = TransitionNorm::kExponential;
  SequenceGateInit gates = {};
  TransitionInit transition = {};
  bool tied_head = false;  ///< the embedding is the head
  double soft_cap = 10;    ///< c in c tanh(logit / c); 0: none
  double dropout = 0;
  double epsilon = 1e-5;
  SequenceOptions form = {};  ///< how the operator is computed: concerns speed and rounding alone
};

/// Throws ConfigError naming the setting that makes no sense.
void check_config(const LanguageModelConfig& config);

/// A model: its configuration, and where its parameters lie in flat arrays.
struct LanguageModel {
  LanguageModelConfig config;
  ParameterLayout layout;
  ParameterId embedding;  ///< [vocabulary, D]
  std::vector<SequenceBlock> blocks;
  ParameterId norm;  ///< [D]
  ParameterId head;  ///< [outputs, D]; not valid if tied
};

/// Parameters are named as in the published code: token_embedding.weight, block_stack.blocks.<i>...,
/// post_blocks_norm.scale, lm_head.weight. Throws ConfigError.
LanguageModel make_language_model(const LanguageModelConfig& config);

/// Logits [B * length, outputs] of B sequences of `length` tokens each, one after the other; position i sees
/// the tokens up to i. The tokens outlive the pass. Throws
/// ShapeError if sequences do not fill the tokens, or for a token outside the vocabulary.
template <class T>
Var<T> forward(Tape<T>& tape, const LanguageModel& model, std::span<const std::int32_t> tokens, Index length);

}  // namespace plstm
