{{ union_canonical('goods_receipts') }}
