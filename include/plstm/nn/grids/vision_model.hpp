#pragma once

#include <cstdint>
#include <vector>

#include <plstm/nn/grids/grid_block.hpp>
#include <plstm/nn/grids/grid_pooling.hpp>
#include <plstm/nn/grids/patch_embedding.hpp>
#include <plstm/nn/grids/position_grid.hpp>

namespace plstm {

/// The two layers of each pair of blocks.
enum class VisionBlocks {
  kPd,  ///< a P-mode block followed by a D-mode block
  kP,   ///< P-mode twice
  kD,   ///< D-mode twice
};

/// The vision model (specification, section 6): patches, positions, pairs of blocks on the grid of patches,
/// RMS norm, pooling, a linear head. Names of parameters are those of the published model.
struct VisionModelConfig {
  Index image_rows = 192;  ///< the size whose patches have positions of their own; others get them resized
  Index image_cols = 192;
  Index channels = 3;
  Index patch = 16;
  Index width = 192;  ///< D
  Index heads = 4;    ///< H
  Index pairs = 6;    ///< of blocks
  VisionBlocks blocks = VisionBlocks::kPd;
  Chirality chirality = Chirality::kLeft;  ///< of the D-mode blocks
  Index sub_heads = 0;                     ///< blocks of query, key and value; 0: H
  TrackingWidths tracking = {};
  bool gate_weights = false;  ///< source, mark and direct read the node; transitions and angles always do
  bool positions = true;
  GridPooling pooling = GridPooling::kCorners;
  Index outputs = 1;
  double dropout = 0;    ///< on what each branch adds
  double drop_path = 0;  ///< of the last block; earlier ones in proportion
  GridGateInit gates = {};
  EigenvalueForm eigenvalues = EigenvalueForm::kTanh;
  TransitionNorm transition_norm = TransitionNorm::kExponential;  ///< JT > 1
  double epsilon = 1e-5;
};

/// Throws ConfigError naming the setting that makes no sense.
void check_config(const VisionModelConfig& config);

struct VisionModel {
  VisionModelConfig config;
  ParameterLayout layout;

  PatchEmbedding patches;
  PositionGrid positions;  ///< if config.positions
  std::vector<GridBlock> blocks;
  ParameterId norm;  ///< [D]
  LinearLayer head;
};

VisionModel make_vision_model(const VisionModelConfig& config);

/// images [B, rows * cols * C], each pixel's channels side by side -> [B, outputs]. Images may have another
/// size than the configuration says. Throws ShapeError if one cannot be cut into whole patches or the size is
/// not that of the values.
template <class T>
Var<T> forward(Tape<T>& tape, const VisionModel& model, Var<T> images, Index rows, Index cols);

}  // namespace plstm
