import type { NonEmpty } from './assortment.js'

export const SIZES = ['S', 'M', 'L', 'XL', 'XXL'] as const
export const COLORS = [
  'NEGRO',
  'BLANCO',
  'AZUL',
  'GRIS MELANGE',
  'VERDE MILITAR',
  'BORDÓ',
  'ROSA',
  'CRUDO',
] as const
export const GENDERS = ['Hombre', 'Mujer', 'Unisex', 'Niños'] as const
export const MATERIALS = ['Algodón', 'Poliéster', 'Lino', 'Denim', 'Cuero', 'Friza'] as const
export const LOCATIONS = [
  '',
  '',
  'A-01',
  'A-12',
  'B-03',
  'Depósito',
  'Góndola 4',
  'Pasillo 7, estante 2',
] as const
export const WARRANTIES = ['', '', '6 meses', '12 meses', '90 días desde la entrega'] as const

/** Season ids begin at 1. */
export const SEASONS = ['OTOÑO', 'INVIERNO', 'PRIMAVERA', 'VERANO', 'TODO EL AÑO', 'LIQUIDACIÓN'] as const

/** Names with text that people add. `{}` is the product's name. */
export const UGLY_NAMES: NonEmpty<string> = [
  '{} 🔥🔥 OFERTA',
  '<b>{}</b>',
  '{} &amp; ACCESORIOS',
  '  {}  ',
  '{} (NO VENDER!!)',
  "{} D'LUXE 'PRO'",
  '{}\tCÓD. VIEJO',
  '{} 👕➡️🎁',
  '{} – “NUEVO”',
  '<script>alert("{}")</script>',
  "{}'); DROP TABLE productos;--",
  '{}\u2028SEGUNDA LÍNEA',
]

export const DESCRIPTIONS: NonEmpty<string> = [
  '',
  '',
  '',
  '{}. Consultá por cantidad.',
  '<p>{}</p><ul><li>Envío a todo el país</li><li>Garantía oficial</li></ul>',
  '{}\r\nMedidas aproximadas.\r\nImagen ilustrativa.',
  'Excelente calidad ⭐⭐⭐⭐⭐ {}',
  '<div style="color:red">¡ÚLTIMAS UNIDADES!</div>{}&nbsp;',
]
