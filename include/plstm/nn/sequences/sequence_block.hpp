#pragma once

#include <string>

#include <plstm/nn/sequences/sequence_layer.hpp>
#include <plstm/nn/shared/linear.hpp>

namespace plstm {

/// How a block is built around its layer (specification, section 6, "Models").
enum class SequenceBlockKind {
  kPreUp,   ///< x <- x + down(layer(a) * silu(b)),  [a, b] = up(rms(x))
  kPostUp,  ///< x <- x + layer(rms(x));  x <- x + down(gelu(up(rms2(x))))
};

struct SequenceBlockOptions {
  SequenceBlockKind kind = SequenceBlockKind::kPreUp;
  Index width = 0;                  ///< D
  SequenceLayerOptions layer = {};  ///< its width follows from the kind, and pre-up it has no projection out
  double dropout = 0;               ///< on what each branch adds
  double epsilon = 1e-5;            ///< of the norms of the block
};

struct SequenceBlock {
  SequenceBlockOptions options;
  SequenceLayer layer;
  ParameterId norm, norm2;  ///< [D]; the second one post-up only
  LinearLayer up, down;
};

/// Width of the layer of a pre-up block, 64 * ((2 D - 1) / 64 + 1), e.g. 96 -> 192.
Index pre_up_width(Index width);

/// Adds "<name>.norm.scale", "<name>.upproj", "<name>.interaction_module", "<name>.downproj" and, post-up,
/// "<name>.norm2.scale". Throws ConfigError as add_sequence_layer does.
SequenceBlock add_sequence_block(ParameterLayout& layout, const std::string& name,
                                 const SequenceBlockOptions& options);

/// x [B * length, D] -> the same shape.
template <class T>
Var<T> apply(Tape<T>& tape, const SequenceBlock& block, Var<T> x, Index length);

}  // namespace plstm
