#pragma once

#include <cstdint>
#include <span>

#include <plstm/nn/sequences/language_model.hpp>
#include <plstm/train/loop/learner.hpp>

namespace plstm {

/// Sequences of one length, cut out of a list of tokens: sample i is tokens[starts[i]] and the length - 1
/// tokens after it. Samples may overlap.
struct SequenceSet {
  std::span<const std::int32_t> tokens;
  std::span<const std::int64_t> starts;
  Index length = 0;
};

/// A sample is a sequence, its outputs the [length, outputs] logits of the model: a label for each position
/// is a task of kCrossEntropy. What the set refers to must outlive the learner, as must the model. Throws
/// ShapeError if the length is not positive or a sequence goes beyond the tokens.
Learner sequence_learner(const LanguageModel& model, const SequenceSet& set);

}  // namespace plstm
