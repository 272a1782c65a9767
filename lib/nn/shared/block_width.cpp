#include "plstm/nn/shared/block_width.hpp"

namespace plstm {

Index block_hidden_width(Index width) {
  return 64 * ((4 * width - 1) / 64 + 1);
}

}  // namespace plstm
