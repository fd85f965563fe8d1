import { setOf, valued, type Lexicon } from './lexicon.js';

export const spanish: Lexicon = {
  values: valued([
    [
      4,
      'excelente, excelentes, perfecto, perfecta, perfectos, perfectas, increíble, fantástico, fantástica, maravilloso, maravillosa, impecable, genial, espectacular, encanta, encantan, encantó, encantado, encantada, inmejorable, magnífico',
    ],
    [
      3,
      'recomiendo, recomendable, recomendado, recomendaría, satisfecho, satisfecha, resistente, robusto, duradero, cómodo, cómoda, cómodos, cómodas, bonito, bonita, bonitos, precioso, preciosa, rico, delicioso, contento, contenta, muy bien, muy bueno, muy buena, gran, estupendo, estupenda, merece la pena, vale la pena, supera',
    ],
    [
      2,
      'bueno, buena, buenos, buenas, buen, bien, fácil, fáciles, rápido, rápida, ligero, ligera, suave, práctico, práctica, útil, silencioso, barato, económico, correcto, correcta, agradable, sólido, elegante, funciona, cumple, ideal, gusta, gustó, gustan, adecuado, tal como se describe, puntual, amable, compacto, intuitivo, mejor, nítida, nítido',
    ],
    [1, 'aceptable, ok, normalito, decente'],
    [
      -1,
      'regular, pequeño, pequeña, ruidoso, ruidosa, caro, cara, pesado, pesada, lento, lenta, fino, estrecho, justo, básico, mediocre, incómodo, incómoda, duro',
    ],
    [
      -2,
      'desgraciadamente, lamentablemente, decepción, decepcionado, decepcionada, decepcionante, decepcionó, demasiado pequeño, demasiado grande, demasiado caro, demasiado fino, problema, problemas, devolver, devolví, devuelto, devolución, devolverlo, devolverla, tarde, retraso, rayado, rayada, débil, difícil, complicado, complicada, falta, faltaba, faltan, fallo, fallos, defecto, huele, olor, molesto, engañoso, pobre, floja, flojo, dejó de funcionar, no funciona, no vale, se calienta, pierde, gotea, encogió, destiñe, borroso, borrosa, se desgasta',
    ],
    [
      -3,
      'malo, mala, malos, malas, mal, malísimo, malísima, pésimo, pésima, horrible, terrible, fatal, roto, rota, rotos, rompió, rompe, rompieron, defectuoso, defectuosa, inútil, basura, estafa, peor, asco, nunca más, no lo recomiendo, no recomiendo, no comprar, no compréis, no lo compren, tirar el dinero, dinero tirado, desastre, falso, falsa, arrepiento, dañado, dañada, feo, fea, inservible',
    ],
    [0, 'no, son, fin, pena, solo, sin, con, como'],
  ]),
  negations: setOf('no nunca jamás sin ni nada ningún ninguna tampoco apenas poco poca'),
  degrees: {
    muy: 1.3,
    bastante: 1.1,
    tan: 1.2,
    súper: 1.4,
    super: 1.4,
    realmente: 1.3,
    totalmente: 1.4,
    demasiado: 1.2,
    extremadamente: 1.5,
    más: 1.1,
    mucho: 1.2,
    algo: 0.7,
    poco: 0.7,
    casi: 0.8,
    ligeramente: 0.6,
  },
  contrasts: /(?<!\p{L})(?:pero|aunque|sin embargo|lástima|excepto|desgraciadamente|sino)(?!\p{L})/giu,
  common: setOf(
    'a además al algo alguien alguna algún amiga amigas amigo amigos antes aquí artículo así aunque año años bien buen buena bueno cada casi como compra comprado comprar compré con contra cosa cualquier cualquiera cuando da de del desde después donde dos día días el ella ellos en entre era es esa ese eso esposa esposo esta estaba este esto estos estoy estrella estrellas está están fue gran ha hace hacer han hasta hay he hermana hermano hija hijas hijo hijos hizo la las le les llegó lleva llevo lo los luego madre mamá marido mas me mejor menos mes meses mi mis momento mucha mucho mujer muy más nada nadie ni no nos nosotros o os otra otro padre papá para parece pedido pero poco por porque primera primero producto productos pues que queda quien quiero qué recomiendo se según semana semanas ser si sido sin sobre solo son su sus sí sólo también tan tanto te tener tengo tiene tienen toda todas todo todos tras tres tu tuve un una unas uno unos usar uso ustedes va vale van veces verdad vez y ya yo',
  ),
};
