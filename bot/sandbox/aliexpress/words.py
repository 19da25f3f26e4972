"""The words of the stand-in's pages, by language and design (aliexpress.md 5 and 7)."""

from dataclasses import dataclass, replace
from datetime import datetime

from babel.dates import format_date

from bot.sandbox.aliexpress.faults import Design, Language
from bot.sandbox.aliexpress.orders import OrderState


@dataclass(frozen=True)
class Words:
    """One language's texts, as the list, the detail page and the tracking page use them."""

    locale: str
    status: dict[OrderState, str]
    tabs: dict[str, str]
    date: str
    number: str
    details: str
    track: str
    more: str
    total: str
    copy: str
    pay_now: str
    pay_selected: str
    select_all: str
    cancel: str
    cancel_why: str
    submit: str
    confirm: str
    add_to_cart: str
    remove: str
    placed: str
    paid: str
    shipped: str
    completed: str
    payment_method: str
    card: str
    refunded: str
    pay_within: str

    def day(self, at: datetime) -> str:
        """A date as the pages write it: "Sep 1, 2026" in English."""
        return format_date(at.date(), format="medium", locale=self.locale)


ENGLISH = Words(
    locale="en_US",
    status={
        OrderState.TO_PAY: "To pay",
        OrderState.PAYMENT_CHECK: "Payment verification",
        OrderState.PROCESSING: "Processing",
        OrderState.PARTLY_SHIPPED: "Partially shipped",
        OrderState.AWAITING_DELIVERY: "Awaiting delivery",
        OrderState.COMPLETED: "Completed",
        OrderState.CANCELED: "Canceled",
        OrderState.EXPIRED: "Expired",
        OrderState.CLOSED: "Closed",
        OrderState.IN_DISPUTE: "In dispute",
        OrderState.REFUNDED: "Refunded",
    },
    tabs={
        "all": "View all",
        "unpaid": "To pay",
        "processing": "Processing",
        "shipped": "Processed",
        "completed": "Completed",
    },
    date="Date",
    number="Ref. Number",
    details="Details",
    track="Track status",
    more="View orders",
    total="Total",
    copy="Copy",
    pay_now="Pay now",
    pay_selected="Pay for selected orders",
    select_all="Select all",
    cancel="Cancel",
    cancel_why="Why do you want to cancel the order?",
    submit="Submit",
    confirm="Confirm received",
    add_to_cart="Add to cart",
    remove="Remove",
    placed="Order placed on",
    paid="Paid on",
    shipped="Shipment completed on",
    completed="Order completed on",
    payment_method="Payment method",
    card="Credit/Debit card",
    refunded="Refunded",
    pay_within="Please pay within {days} days {hours} hours, or the order will be closed automatically.",
)

PORTUGUESE = Words(
    locale="pt_BR",
    status={
        OrderState.TO_PAY: "A ser pago",
        OrderState.PAYMENT_CHECK: "Verificação de pagamento",
        OrderState.PROCESSING: "Processando",
        OrderState.PARTLY_SHIPPED: "Parcialmente enviado",
        OrderState.AWAITING_DELIVERY: "Aguardando a entrega ",
        OrderState.COMPLETED: "Concluído",
        OrderState.CANCELED: "Cancelado",
        OrderState.EXPIRED: "Expirada",
        OrderState.CLOSED: "Encerrado",
        OrderState.IN_DISPUTE: "Em disputa",
        OrderState.REFUNDED: "Reembolsado",
    },
    tabs={
        "all": "Ver tudo",
        "unpaid": "A ser pago",
        "processing": "Processando",
        "shipped": "Processado",
        "completed": "Concluído",
    },
    date="Data",
    number="Número de ref.",
    details="Detalhes",
    track="Rastrear status",
    more="Ver pedidos",
    total="Total",
    copy="Copiar",
    pay_now="Pagar agora",
    pay_selected="Pagar pedidos selecionados",
    select_all="Selecionar tudo",
    cancel="Cancelar",
    cancel_why="Por que deseja cancelar o pedido?",
    submit="Enviar",
    confirm="Confirmar recebimento",
    add_to_cart="Adicionar ao carrinho",
    remove="Remover",
    placed="Pedido feito em",
    paid="Pago em",
    shipped="Envio concluído em",
    completed="Pedido concluído em",
    payment_method="Forma de pagamento",
    card="Cartão de crédito/débito",
    refunded="Reembolsado",
    pay_within="Pague em {days} dias {hours} horas, ou o pedido será encerrado.",
)

GERMAN = Words(
    locale="de_DE",
    status={
        OrderState.TO_PAY: "Zu zahlen",
        OrderState.PAYMENT_CHECK: "Zahlungsprüfung",
        OrderState.PROCESSING: "In Bearbeitung",
        OrderState.PARTLY_SHIPPED: "Teilweise versandt",
        OrderState.AWAITING_DELIVERY: "Warten auf Lieferung",
        OrderState.COMPLETED: "Abgeschlossen",
        OrderState.CANCELED: "Storniert",
        OrderState.EXPIRED: "Abgelaufen",
        OrderState.CLOSED: "Geschlossen",
        OrderState.IN_DISPUTE: "Im Streitfall",
        OrderState.REFUNDED: "Erstattet",
    },
    tabs={
        "all": "Alle ansehen",
        "unpaid": "Zu zahlen",
        "processing": "In Bearbeitung",
        "shipped": "Bearbeitet",
        "completed": "Abgeschlossen",
    },
    date="Bestelldatum",
    number="Bestellnummer",
    details="Details",
    track="Status verfolgen",
    more="Mehr anzeigen",
    total="Gesamt",
    copy="Kopieren",
    pay_now="Jetzt bezahlen",
    pay_selected="Ausgewählte Bestellungen bezahlen",
    select_all="Alle auswählen",
    cancel="Stornieren",
    cancel_why="Warum möchten Sie die Bestellung stornieren?",
    submit="Absenden",
    confirm="Empfang bestätigen",
    add_to_cart="In den Warenkorb",
    remove="Entfernen",
    placed="Bestellt am",
    paid="Bezahlt am",
    shipped="Versand abgeschlossen am",
    completed="Bestellung abgeschlossen am",
    payment_method="Zahlungsmethode",
    card="Kredit-/Debitkarte",
    refunded="Erstattet",
    pay_within="Bitte innerhalb von {days} Tagen {hours} Stunden zahlen, sonst wird die Bestellung geschlossen.",
)

VIETNAMESE = Words(
    locale="vi_VN",
    status={
        OrderState.TO_PAY: "Chờ thanh toán",
        OrderState.PAYMENT_CHECK: "Đang xác minh thanh toán",
        OrderState.PROCESSING: "Đang xử lý",
        OrderState.PARTLY_SHIPPED: "Đã gửi một phần",
        OrderState.AWAITING_DELIVERY: "Đang chờ giao hàng",
        OrderState.COMPLETED: "Hoàn thành",
        OrderState.CANCELED: "Đã hủy",
        OrderState.EXPIRED: "Đã hết hạn",
        OrderState.CLOSED: "Đã đóng",
        OrderState.IN_DISPUTE: "Đang tranh chấp",
        OrderState.REFUNDED: "Đã hoàn tiền",
    },
    tabs={
        "all": "Xem tất cả",
        "unpaid": "Chờ thanh toán",
        "processing": "Đang xử lý",
        "shipped": "Đã gửi",
        "completed": "Hoàn thành",
    },
    date="Ngày",
    number="Số tham chiếu",
    details="Chi tiết",
    track="Theo dõi trạng thái",
    more="Xem đơn hàng",
    total="Tổng cộng",
    copy="Sao chép",
    pay_now="Thanh toán ngay",
    pay_selected="Thanh toán các đơn đã chọn",
    select_all="Chọn tất cả",
    cancel="Hủy",
    cancel_why="Vì sao bạn muốn hủy đơn hàng?",
    submit="Gửi",
    confirm="Xác nhận đã nhận",
    add_to_cart="Thêm vào giỏ hàng",
    remove="Xóa",
    placed="Đặt hàng vào",
    paid="Thanh toán vào",
    shipped="Gửi hàng vào",
    completed="Hoàn thành vào",
    payment_method="Phương thức thanh toán",
    card="Thẻ tín dụng/ghi nợ",
    refunded="Đã hoàn tiền",
    pay_within="Vui lòng thanh toán trong {days} ngày {hours} giờ, nếu không đơn hàng sẽ tự động đóng.",
)

_BY_LANGUAGE: dict[Language, Words] = {"en": ENGLISH, "pt_BR": PORTUGUESE, "de": GERMAN, "vi": VIETNAMESE}
_TABS_OF_2022 = {**ENGLISH.tabs, "processing": "To ship", "shipped": "Shipped"}


def words_for(language: Language, design: Design) -> Words:
    """The texts of a language; the design of 2022 has the labels that English pages then had."""
    words = _BY_LANGUAGE[language]
    if design != "2022" or language != "en":
        return words
    return replace(
        words, date="Order date", number="Order ID", details="Order details", track="Track order", tabs=_TABS_OF_2022
    )
