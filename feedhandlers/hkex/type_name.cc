#include "feedhandlers/hkex/describe.h"
#include "feedhandlers/hkex/layout.h"

namespace indexcast::hkex {
namespace {

struct TypeName {
  std::uint16_t type;
  std::string_view name;
};

// Types of other products (notes 2.0), which have a name but no table.
constexpr TypeName kOtherTypes[] = {
    {30, "Add Order"},
    {31, "Modify Order"},
    {32, "Delete Order"},
    {33, "Add Odd Lot Order"},
    {34, "Delete Odd Lot Order"},
    {80, "Stock Connect Daily Quota Balance"},
    {81, "Stock Connect Market Turnover"},
};

}  // namespace

std::string_view type_name(std::uint16_t type) {
  std::string_view name;
  layout::visit_type(type, [&name]<class Message>() { name = layout::Layout<Message>::kName; });
  for (const TypeName& other : kOtherTypes) {
    if (other.type == type) name = other.name;
  }
  return name;
}

}  // namespace indexcast::hkex
