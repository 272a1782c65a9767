#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <plstm/core/precision.hpp>
#include <plstm/nn/grids/vision_model.hpp>
#include <plstm/nn/grids/vision_transformer.hpp>
#include <plstm/train/loop/image_learner.hpp>

namespace plstm::arrow {

/// The networks that are compared.
enum class NetworkKind {
  kPd,           ///< pLSTM, blocks of both modes
  kP,            ///< P-mode only
  kD,            ///< D-mode only
  kNoPositions,  ///< both modes, without learned positions
  kVit,          ///< vision transformer
};

/// "pd", "p", "d", "nopos" or "vit".
std::string_view name(NetworkKind kind);
/// All kinds, in the order above.
std::vector<std::string> network_names();
/// Inverse of name(); throws ConfigError listing the names.
NetworkKind parse_network_kind(std::string_view text);

/// A network for grey square images. Its one output is the logit of "the arrow points at the circle".
struct NetworkOptions {
  NetworkKind kind = NetworkKind::kPd;
  std::int32_t size =
      192;  ///< rows and columns of the training images; positions are learned for their patches
  Index patch = 24;
  Index width = 64;
  Index heads = 2;
  Index blocks = 6;  ///< layers that mix positions: P and D blocks, or attention
  double dropout = 0;
  double drop_path = 0;
  double gate_bias = -1;        ///< pLSTM: first value of the biases of source, mark and direct gates
  double gate_bias_std = 0;     ///< pLSTM: standard deviation of the first biases of source and mark gates
  double gate_weight_std = 0;   ///< pLSTM: standard deviation of the first weights of these gates
  double angle_weight_std = 0;  ///< pLSTM, P-mode: the same of the angles, whose arguments are divided by 2 D
  bool gate_weights = true;     ///< pLSTM: source, mark and direct gates read the patch
  Index sub_heads = 0;          ///< pLSTM: blocks of query, key and value; 0: as many as heads
  GridPooling pooling = GridPooling::kCorners;  ///< pLSTM; the transformer takes the mean
};

struct Network {
  std::variant<VisionModel, VisionTransformer> model;

  const ParameterLayout& layout() const;
  std::int32_t training_size() const;  ///< rows and columns of the images whose patches have positions
};

/// Throws ConfigError naming an invalid setting.
Network make_network(const NetworkOptions& options);

/// Throws ConfigError if images of this size cannot be cut into patches.
void check_image_size(const Network& network, std::int32_t size);

/// Both arguments must outlive the learner.
Learner network_learner(const Network& network, const ImageSource& source);

/// A trained network.
struct TrainedNetwork {
  Network network;
  std::vector<float> parameters;
  Precision precision = Precision::kFloat;
};

/// Writes a safetensors file. Throws FileError.
void save_network(const std::filesystem::path& path, const TrainedNetwork& trained);

/// Reads such a file. `path` is the file or the folder of a run. Throws FileError with the reason: no model of this
/// kind, another number of channels or outputs, a parameter that is missing or has another shape.
TrainedNetwork load_network(const std::filesystem::path& path);

/// The parameters of `network` from such a file, to continue a training. Throws FileError if one is missing,
/// unknown or has another shape.
std::vector<float> load_parameters(const std::filesystem::path& path, const Network& network);

}  // namespace plstm::arrow
