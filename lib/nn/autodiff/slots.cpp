#include "plstm/nn/autodiff/slots.hpp"

#include <algorithm>

namespace plstm {

void Slots::start_pass() noexcept {
  for (Slot& slot : slots_) slot.used = 0;
}

// A linear search: a model has few types, and asks for a slot once in a call of an operator.
Slots::Slot* Slots::find(std::type_index type) noexcept {
  const auto found = std::ranges::find(slots_, type, &Slot::type);
  return found == slots_.end() ? nullptr : &*found;
}

}  // namespace plstm
